// Math functions with the reference engine's algorithms. JavaScript's Math often differs by one unit in the last place,
// which comparisons reveal.

// Coefficients of the Cephes library's approximations.
const SIN = [
  1.5896230157654656e-10, -2.5050747762857807e-8, 2.7557313621385722e-6, -0.0001984126982958954,
  0.008333333333322118, -0.1666666666666663,
] as const;
const COS = [
  -1.1358536521387682e-11, 2.087570084197473e-9, -2.755731417929674e-7, 2.4801587288851704e-5,
  -0.0013888888888873056, 0.041666666666666595,
] as const;
const TAN_P = [-13093.693918138373, 1153516.6483858742, -17956525.197648488] as const;
const TAN_Q = [13681.296347069296, -1320892.3444021097, 25008380.18233579, -53869575.592945464] as const;

// π/4 in three parts, so that argument reduction loses no digits.
const PI4_A = 0.7853981256484985;
const PI4_B = 3.774894707930798e-8;
const PI4_C = 2.6951514290790595e-15;

/** Beyond this, the three parts no longer have enough digits. */
const REDUCTION_MAX = 2 ** 29;

interface Octant {
  readonly octant: number;
  readonly rest: number;
}

function reduce(magnitude: number): Octant {
  if (magnitude >= REDUCTION_MAX) return reduceLarge(magnitude);
  let octant = Math.floor(magnitude * (4 / Math.PI));
  if (octant % 2 === 1) octant++;
  const rest = magnitude - octant * PI4_A - octant * PI4_B - octant * PI4_C;
  return { octant: octant % 8, rest };
}

/** 4/π with 1280 fractional bits: enough for the largest float64. */
const FOUR_OVER_PI = BigInt(
  '0x' +
    '145f306dc9c882a53f84eafa3ea69bb81b6c52b3278872083fca2c757bd778ac36e48dc74849ba5c00c925dd413a3243' +
    '9fc3bd63962534e7dd1046bea5d768909d338e04d68befc827323ac7306a673e93908bf177bf250763ff12fffbc0b301' +
    'fde5e2316b414da3eda6cfd9e4f96136e9e8c7ecd3cbfd45aea4f758fd7cbe2f67a0e73ef14a525d4d7f6bf623f1aba1' +
    '0ac06608df8f6d757e19f784135e86c3b',
);
const FRACTION_BITS = 1280n;

/** The exact product with 4/π, for large arguments. */
function reduceLarge(magnitude: number): Octant {
  const { fraction, exponent } = splitExponent(magnitude);
  const product = BigInt(fraction * 2 ** 53) * FOUR_OVER_PI;
  const pointBits = FRACTION_BITS - BigInt(exponent - 53);
  const whole = Number((product >> pointBits) & 7n);
  const rest = product & ((1n << pointBits) - 1n);
  const surplus = Math.max(rest.toString(2).length - 53, 0);
  const part = Number(rest >> BigInt(surplus)) * 2 ** (surplus - Number(pointBits));
  // Octants are grouped in pairs, so that the remainder lies around zero.
  if (whole % 2 === 1) return { octant: (whole + 1) % 8, rest: (part - 1) * (Math.PI / 4) };
  return { octant: whole, rest: part * (Math.PI / 4) };
}

function sinPolynomial(z: number): number {
  const zz = z * z;
  return z + z * zz * (((((SIN[0] * zz + SIN[1]) * zz + SIN[2]) * zz + SIN[3]) * zz + SIN[4]) * zz + SIN[5]);
}

function cosPolynomial(z: number): number {
  const zz = z * z;
  return (
    1 -
    0.5 * zz +
    zz * zz * (((((COS[0] * zz + COS[1]) * zz + COS[2]) * zz + COS[3]) * zz + COS[4]) * zz + COS[5])
  );
}

export function goSin(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return Math.sin(value);
  const { octant, rest } = reduce(Math.abs(value));
  const negative = value < 0 !== octant > 3;
  const half = octant > 3 ? octant - 4 : octant;
  const result = half === 1 || half === 2 ? cosPolynomial(rest) : sinPolynomial(rest);
  return negative ? -result : result;
}

export function goCos(value: number): number {
  if (!Number.isFinite(value)) return Math.cos(value);
  const { octant, rest } = reduce(Math.abs(value));
  const half = octant > 3 ? octant - 4 : octant;
  const negative = octant > 3 !== half > 1;
  const result = half === 1 || half === 2 ? sinPolynomial(rest) : cosPolynomial(rest);
  return negative ? -result : result;
}

export function goTan(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return Math.tan(value);
  const { octant, rest } = reduce(Math.abs(value));
  const zz = rest * rest;
  let result = rest;
  if (zz > 1e-14) {
    const over = (TAN_P[0] * zz + TAN_P[1]) * zz + TAN_P[2];
    const under = (((zz + TAN_Q[0]) * zz + TAN_Q[1]) * zz + TAN_Q[2]) * zz + TAN_Q[3];
    result = rest + rest * ((zz * over) / under);
  }
  if (octant % 4 === 2) result = -1 / result;
  return value < 0 ? -result : result;
}

/** A fraction in [½, 1) and an exponent; the value is fraction × 2^exponent. */
function splitExponent(value: number): { readonly fraction: number; readonly exponent: number } {
  if (value === 0 || !Number.isFinite(value)) return { fraction: value, exponent: 0 };
  const view = new DataView(new ArrayBuffer(8));
  // Subnormal numbers are scaled into the normal range first.
  const scale = Math.abs(value) < 2 ** -1022 ? 52 : 0;
  view.setFloat64(0, value * 2 ** scale);
  const high = view.getUint32(0);
  const exponent = ((high >>> 20) & 0x7ff) - 1022 - scale;
  view.setUint32(0, (high & 0x800fffff) | (1022 << 20));
  return { fraction: view.getFloat64(0), exponent };
}

/** Not Math.log10, which is one unit in the last place more accurate than the reference engine. */
export function goLog10(value: number): number {
  return Math.log(value) * Math.LOG10E;
}

/** Computes the power by repeated squaring over the integer part of the exponent, as the reference engine does. */
export function goPow(base: number, power: number): number {
  const special =
    power === 0 || base === 1 || base === 0 || !Number.isFinite(base) || !Number.isFinite(power);
  if (special) return power === 0 || base === 1 ? 1 : base ** power;
  if (power === 1) return base;
  if (power === 0.5) return Math.sqrt(base);
  if (power === -0.5) return 1 / Math.sqrt(base);
  let whole = Math.trunc(Math.abs(power));
  let rest = Math.abs(power) - whole;
  if (rest !== 0 && base < 0) return Number.NaN;
  if (whole >= 2 ** 53) return base ** power;
  let result = 1;
  let resultExponent = 0;
  if (rest !== 0) {
    if (rest > 0.5) {
      rest--;
      whole++;
    }
    result = Math.exp(rest * Math.log(base));
  }
  let { fraction, exponent } = splitExponent(base);
  for (let left = whole; left !== 0; left = Math.floor(left / 2)) {
    if (exponent < -4096 || exponent > 4096) {
      // The product is out of range, whatever the remaining factors.
      resultExponent += exponent;
      break;
    }
    if (left % 2 === 1) {
      result *= fraction;
      resultExponent += exponent;
    }
    fraction *= fraction;
    exponent *= 2;
    if (fraction < 0.5) {
      fraction += fraction;
      exponent--;
    }
  }
  if (power < 0) {
    result = 1 / result;
    resultExponent = -resultExponent;
  }
  return scaleByTwo(result, resultExponent);
}

function scaleByTwo(value: number, exponent: number): number {
  // In two steps, because 2 ** exponent alone may be out of range when the product is not.
  const half = Math.trunc(exponent / 2);
  return (
    value * 2 ** Math.max(Math.min(half, 1023), -1074) * 2 ** Math.max(Math.min(exponent - half, 1023), -1074)
  );
}
