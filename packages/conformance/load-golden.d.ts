export declare const loadGolden: (name: string) => Promise<{ readonly default: unknown }>;
