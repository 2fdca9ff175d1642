/**
 * Which functions do kernels call, and how are they written in the shading language? GLSL's own are inexact where losses need precision.
 */
/** A type of gpu.js. */
type KernelType = "Number" | "Integer" | "Array(4)";

/** A function of the shader. */
export interface NativeFunction {
  readonly name: string;
  readonly argumentTypes: Readonly<Record<string, KernelType>>;
  readonly returnType: KernelType;
  readonly source: string;
}

/** The versions of the shading language. */
export type Dialect = "300 es" | "100";

/** All functions; kernels include those that they call. */
export function nativeFunctions(dialect: Dialect): readonly NativeFunction[] {
  return [...threads[dialect], ...integers[dialect], ...specials[dialect], ...shared];
}

function native(
  returnType: KernelType,
  name: string,
  argumentTypes: Readonly<Record<string, KernelType>>,
  body: string,
): NativeFunction {
  const parameters = Object.entries(argumentTypes).map(([argument, type]) => `${glsl[type]} ${argument}`);
  return {
    name,
    argumentTypes,
    returnType,
    source: `${glsl[returnType]} ${name}(${parameters.join(", ")}) {\n${body}\n}`,
  };
}

const glsl: Record<KernelType, string> = { Number: "float", Integer: "int", "Array(4)": "vec4" };

const x = { x: "Number" } as const;
const xy = { x: "Number", y: "Number" } as const;
const xyYesNo = { ...xy, yes: "Number", no: "Number" } as const;
const dividend = { i: "Integer", n: "Integer" } as const;

/** GLSL ES 1.00 may divide integers as floats, with quotients off by one; its integers are exact up to 2^24. */
const careful =
  "  int q = i / n;\n  int r = i - q * n;\n  if (r < 0) { q -= 1; r += n; } else if (r >= n) { q += 1; r -= n; }";

/** The column and row of a thread's texel. If these are highp, they avoid the divisions in gpu.js's own. */
const threads: Record<Dialect, readonly NativeFunction[]> = {
  "300 es": [
    native("Integer", "column", {}, "  return int(gl_FragCoord.x);"),
    native("Integer", "row", {}, "  return int(gl_FragCoord.y);"),
  ],
  "100": [
    native("Integer", "column", {}, "  return threadId.x;"),
    native("Integer", "row", {}, "  return threadId.y;"),
  ],
};

const integers: Record<Dialect, readonly NativeFunction[]> = {
  "300 es": [
    native("Integer", "quotient", dividend, "  return i / n;"),
    native("Integer", "remainder", dividend, "  return i - n * (i / n);"),
  ],
  "100": [
    native("Integer", "quotient", dividend, `${careful}\n  return q;`),
    native("Integer", "remainder", dividend, `${careful}\n  return r;`),
  ],
};

/** Comparisons treat a subnormal number as 0, but its bits show the sign; without access to bits it counts as 0. */
const specials: Record<Dialect, readonly NativeFunction[]> = {
  "300 es": [
    native(
      "Number",
      "signOf",
      x,
      "  int bits = floatBitsToInt(x);\n  int size = bits & 0x7fffffff;\n  return size > 0x7f800000 ? x : size == 0 ? 0.0 : bits > 0 ? 1.0 : -1.0;",
    ),
    native("Number", "infinity", {}, "  return uintBitsToFloat(0x7f800000u);"),
    native("Number", "notANumber", {}, "  return uintBitsToFloat(0x7fc00000u);"),
  ],
  "100": [
    native("Number", "signOf", x, "  return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x == 0.0 ? 0.0 : x;"),
    native("Number", "infinity", {}, "  return 1.0 / 0.0;"),
    native("Number", "notANumber", {}, "  return 0.0 / 0.0;"),
  ],
};

/** log(x) as 2 atanh((x - 1) / (x + 1)) near 1, where the shader's own log has no digits left. */
const logNearOne =
  "  float s2 = s * s;\n  float series = 2.0 * s * (1.0 + s2 * (0.3333333333 + s2 * (0.2 + s2 * (0.1428571429 + s2 * (0.1111111111 + s2 * 0.0909090909)))));";

const expm1Near0 = (name: string) =>
  `${name} * (1.0 + ${name} * (0.5 + ${name} * (0.16666666667 + ${name} * (0.041666666667 + ${name} * (0.0083333333333 + ${name} * (0.0013888888889 + ${name} * 0.0001984126984))))))`;

/** As in core: erf(x) / x near 0, and (1 - erf(x)) exp(x^2) further out, with the digits of float32. */
const erfNearZero =
  "((((0.185777706 * s + 3.16112374) * s + 113.864154) * s + 377.485237) * s + 3209.37759) / ((((s + 23.6012910) * s + 244.024638) * s + 1282.61653) * s + 2844.23683)";
const erfcScaled =
  "((((((((2.15311535e-8 * a + 0.564188497) * a + 8.88314979) * a + 66.1191906) * a + 298.635138) * a + 881.952221) * a + 1712.04761) * a + 2051.07838) * a + 1230.33935) / ((((((((a + 15.7449261) * a + 117.693951) * a + 537.181102) * a + 1621.38957) * a + 3290.79924) * a + 4362.61909) * a + 3439.36767) * a + 1230.33935)";

/** As in core: series around 2, where lgamma is 0, and far out, with the digits of float32. */
const euler = 0.42278433509846713;
const zetas = [
  0.64493406685, 0.2020569031596, 0.08232323371114, 0.03692775514337, 0.01734306198445, 0.00834927738192,
  0.00407735619794, 0.00200839282608, 0.000994575127818, 0.00049418860412, 0.000246086553308, 0.000122713347578,
  0.0000612481350587,
];
const logGammaNearTwo = [euler, ...zetas.map((zeta, n) => ((-1) ** n * zeta) / (n + 2))];
const digammaNearTwo = [euler, ...zetas.map((zeta, n) => (-1) ** n * zeta)];
const logGammaFar = [1 / 12, -1 / 360, 1 / 1260];
const digammaFar = [1 / 12, -1 / 120, 1 / 252];

/** sin(pi x) / x for x up to 1/2, by powers of x^2: a device's own sine may have half the digits. */
const sine = [
  3.14159265359, -5.16771278005, 2.55016403988, -0.599264529321, 0.0821458866111, -0.00737043094571, 0.000466302805768,
];

/** (atan(x) / x - 1) / x^2, by powers of x^2. */
const arcTangent = [
  -0.3333333173306352, 0.1999973932983558, -0.14278568748210602, 0.11033764115313455, -0.08656880430154522,
  0.06250169444749563, -0.03587153898204336, 0.013507771427020535, -0.002386997316724113,
];

/** The polynomial, lowest power first, in the shading language. */
const horner = (coefficients: readonly number[], variable: string): string =>
  coefficients
    .map((coefficient) => coefficient.toExponential(10))
    .reduceRight((sum, coefficient) => `${coefficient} + ${variable} * (${sum})`);

const sineOfPi = (variable: string) => `${variable} * (${horner(sine, `(${variable} * ${variable})`)})`;

/** From an argument that is mirrored if it is below -1/2: the nearest whole number, and the rest. */
const stepsToTwo = (argument: string) =>
  `  float a = ${argument};\n  float whole = floor(a + 0.5);\n  float rest = a - whole;\n  float r;`;

const logarithm = (result: string, argument: string) =>
  `  float ${result};\n  if (${argument} > 0.7 && ${argument} < 1.4) {\n    float t = (${argument} - 1.0) / (${argument} + 1.0);\n    float t2 = t * t;\n    ${result} = 2.0 * t * (1.0 + t2 * (0.3333333333 + t2 * (0.2 + t2 * (0.1428571429 + t2 * 0.1111111111))));\n  } else {\n    ${result} = log(${argument});\n  }`;

const shared: readonly NativeFunction[] = [
  native(
    "Number",
    "pick",
    { texel: "Array(4)", lane: "Integer" },
    "  return lane == 0 ? texel.x : lane == 1 ? texel.y : lane == 2 ? texel.z : texel.w;",
  ),
  native(
    "Integer",
    "toIndex",
    { x: "Number", n: "Integer" },
    // From 2^23 on, no float32 lies between x and x + 1.
    "  return int(clamp(x < 8388608.0 ? floor(x + 0.5) : x, 0.0, float(n - 1)));",
  ),
  native("Number", "toNumber", { i: "Integer" }, "  return float(i);"),
  native("Number", "isBelow", { i: "Integer", n: "Integer" }, "  return i < n ? 1.0 : 0.0;"),
  native(
    "Number",
    "isWithin",
    { i: "Integer", from: "Integer", to: "Integer" },
    "  return i >= from && i < to ? 1.0 : 0.0;",
  ),
  native("Number", "choose", { condition: "Number", x: "Number", y: "Number" }, "  return condition != 0.0 ? x : y;"),
  native("Number", "isEqual", xy, "  return x == y ? 1.0 : 0.0;"),
  native("Number", "isLess", xy, "  return x < y ? 1.0 : 0.0;"),
  native("Number", "isLessOrEqual", xy, "  return x <= y ? 1.0 : 0.0;"),
  native("Number", "chooseEqual", xyYesNo, "  return x == y ? yes : no;"),
  native("Number", "chooseLess", xyYesNo, "  return x < y ? yes : no;"),
  native("Number", "chooseLessOrEqual", xyYesNo, "  return x <= y ? yes : no;"),
  native(
    "Number",
    "truncated",
    x,
    "  return x == x ? clamp(x < 0.0 ? ceil(x) : floor(x), -2147483648.0, 2147483648.0) : 0.0;",
  ),
  native("Number", "isNotZero", x, "  return x == 0.0 ? 0.0 : 1.0;"),
  native(
    "Number",
    "logOf",
    x,
    `${logarithm("r", "x")}\n  return x > 0.0 ? r : x == 0.0 ? -1.0 / abs(x) : (x - x) / (x - x);`,
  ),
  native(
    "Number",
    "log1pOf",
    x,
    `  float s = x / (2.0 + x);\n${logNearOne}\n  return abs(x) < 1e-7 ? x : x > -0.3 && x < 0.4 ? series : x > -1.0 ? log(1.0 + x) : x == -1.0 ? -1.0 / abs(1.0 + x) : (x - x) / (x - x);`,
  ),
  native(
    "Number",
    "expm1Of",
    x,
    `  float h = 0.5 * x;\n  float series = ${expm1Near0("h")};\n  return abs(x) < 1e-7 ? x : abs(x) < 0.7 ? series * (series + 2.0) : exp(x) - 1.0;`,
  ),
  native(
    "Number",
    "tanhOf",
    x,
    "  float a = min(abs(x), 15.0);\n  float h = -2.0 * a;\n  float x2 = x * x;\n  float series = x * (1.0 + x2 * (-0.33333333333 + x2 * (0.13333333333 + x2 * (-0.053968253968 + x2 * 0.021869488536))));\n  float e = exp(h);\n  float r = (1.0 - e) / (1.0 + e);\n  return a < 0.25 ? series : x < 0.0 ? -r : r;",
  ),
  native(
    "Number",
    "erfOf",
    x,
    `  float a = min(abs(x), 6.0);\n  float s = a * a;\n  float r = 1.0 - exp(-s) * (${erfcScaled});\n  return x != x ? x : a < 0.46875 ? x * (${erfNearZero}) : x < 0.0 ? -r : r;`,
  ),
  native(
    "Number",
    "atanOf",
    x,
    `  float a = abs(x);\n  float t = a > 1.0 ? 1.0 / a : a;\n  float s = t * t;\n  float r = t * (1.0 + s * (${horner(arcTangent, "s")}));\n  r = a > 1.0 ? 1.5707963268 - r : r;\n  return x < 0.0 ? -r : r;`,
  ),
  native(
    "Number",
    "lgammaOf",
    x,
    `${stepsToTwo("x < -0.5 ? -x : x")}
  if (a < 8.0) {
    float product = 1.0;
    for (int j = 1; j <= 6; j++) { if (whole > float(j) + 1.5) { product *= a - float(j); } }
    r = rest * (${horner(logGammaNearTwo, "rest")});
    float s = rest / (2.0 + rest);
  ${logNearOne}
    if (whole > 2.5) { r += log(product); }
    if (whole < 1.5) { r -= rest > -0.3 && rest < 0.4 ? series : log(1.0 + rest); }
    if (whole < 0.5) { r = a == 0.0 ? 1.0 / abs(a) : r - log(abs(a)); }
  } else {
    float s = 1.0 / (a * a);
    r = (a - 0.5) * (log(a) - 1.0) + 0.41893853320 + (${horner(logGammaFar, "s")}) / a;
  }
  if (!(x < -0.5)) { return r; }
  float d = x > -8388608.0 ? x - floor(x + 0.5) : 0.0;
  return d == 0.0 ? 1.0 / abs(d) : log(3.1415926536 / (a * abs(${sineOfPi("d")}))) - r;`,
  ),
  native(
    "Number",
    "digammaOf",
    x,
    `${stepsToTwo("x < -0.5 ? 1.0 - x : x")}
  if (a < 8.0) {
    r = ${horner(digammaNearTwo, "rest")};
    for (int j = 1; j <= 6; j++) { if (whole > float(j) + 1.5) { r += 1.0 / (a - float(j)); } }
    if (whole < 1.5) { r -= 1.0 / (rest + 1.0); }
    if (whole < 0.5) { r -= 1.0 / a; }
  } else {
    float s = 1.0 / (a * a);
    r = log(a) - 0.5 / a - s * (${horner(digammaFar, "s")});
  }
  if (!(x < -0.5)) { return r; }
  float d = x > -8388608.0 ? x - floor(x + 0.5) : 0.0;
  float c = 0.5 - abs(d);
  return d == 0.0 ? (x - x) / (x - x) : r - 3.1415926536 * (${sineOfPi("c")}) / (${sineOfPi("d")});`,
  ),
  native(
    "Number",
    "sigmoidOf",
    x,
    "  float e = exp(-abs(x));\n  float r = 1.0 / (1.0 + e);\n  return x < 0.0 ? e * r : r;",
  ),
  native(
    "Number",
    "softplusOf",
    x,
    `  float e = exp(-abs(x));\n  float s = e / (2.0 + e);\n${logNearOne}\n  return max(x, 0.0) + (e < 1e-7 ? e : e < 0.4 ? series : log(1.0 + e));`,
  ),
  native(
    "Number",
    "powerOf",
    xy,
    // If a product underflows, its reciprocal may still be finite: it is the product of the reciprocals.
    `  if (y == 0.0) { return 1.0; }
  float a = abs(x);
  float n = abs(y);
  bool whole = floor(n) == n;
  bool odd = whole && n < 16777216.0 && n - 2.0 * floor(n * 0.5) > 0.5;
  if (whole && n < 64.0) {
    float product = 1.0;
    float inverse = 1.0;
    float base = x;
    float reciprocal = 1.0 / x;
    for (int i = 0; i < 6; i++) {
      float half_n = floor(n * 0.5);
      if (n - 2.0 * half_n > 0.5) { product *= base; inverse *= reciprocal; }
      base *= base;
      reciprocal *= reciprocal;
      n = half_n;
    }
    if (y > 0.0) { return product; }
    return abs(product) < 1.17549435e-38 ? inverse : 1.0 / product;
  }
  if (x == 0.0) {
    if (y > 0.0) { return 0.0; }
    return odd ? 1.0 / x : 1.0 / a;
  }
${logarithm("l", "a")}
  float r = exp(y * l);
  if (x > 0.0) { return r; }
  if (!whole) { return (x - x) / (x - x); }
  return odd ? -r : r;`,
  ),
];
