export declare const loadGolden: (name: string) => Promise<{ readonly default: unknown }>;
export declare const index: unknown;
export declare const kinks: unknown;
export declare const published: unknown;
