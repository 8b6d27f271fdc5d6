/**
 * @file The loops over voxels that take the time, in AssemblyScript: WebAssembly with SIMD runs them several
 * times as fast as JavaScript. `node tools/kernels.mjs` compiles them. All numbers are places and counts of
 * elements in linear memory; sums are made in float64, as JavaScript makes them, so results are equal to the
 * bit.
 */

/**
 * Stored values of 16 bits to HU: bits that count, plus intercept.
 *
 * @returns 0 when int16 holds every value
 */
export function rescaleInt16(
  source: usize,
  target: usize,
  count: i32,
  left: i32,
  right: i32,
  mask: i32,
  intercept: i32,
): i32 {
  const masks = i32x4.splat(mask);
  const intercepts = i32x4.splat(intercept);
  const limits = i32x4.splat(32768);
  let outside = i32x4.splat(0);
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const stored = v128.load(source + ((<usize>i) << 1));
    let low = i32x4.extend_low_i16x8_s(stored);
    let high = i32x4.extend_high_i16x8_s(stored);
    low = v128.and(i32x4.shr_s(i32x4.shl(low, left), right), masks);
    high = v128.and(i32x4.shr_s(i32x4.shl(high, left), right), masks);
    low = i32x4.add(low, intercepts);
    high = i32x4.add(high, intercepts);
    outside = v128.or(outside, v128.or(i32x4.add(low, limits), i32x4.add(high, limits)));
    v128.store(target + ((<usize>i) << 1), i16x8.narrow_i32x4_s(low, high));
  }
  let all =
    i32x4.extract_lane(outside, 0) |
    i32x4.extract_lane(outside, 1) |
    i32x4.extract_lane(outside, 2) |
    i32x4.extract_lane(outside, 3);
  for (; i < count; i++) {
    const stored = <i32>load<i16>(source + ((<usize>i) << 1));
    const hounsfield = (((stored << left) >> right) & mask) + intercept;
    all |= hounsfield + 32768;
    store<i16>(target + ((<usize>i) << 1), <i16>hounsfield);
  }
  return all >>> 16;
}

/** HU to [-1, 1]: `(value - low) * scale - 1`, clamped. int16 to float32. */
export function windowInt16(source: usize, target: usize, count: i32, low: f64, scale: f64): void {
  const lows = f64x2.splat(low);
  const scales = f64x2.splat(scale);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const values = i32x4.extend_low_i16x8_s(v128.load64_zero(source + ((<usize>i) << 1)));
    const first = windowed(f64x2.convert_low_i32x4_s(values), lows, scales);
    const upper = v128.shuffle<i32>(values, values, 2, 3, 2, 3);
    const second = windowed(f64x2.convert_low_i32x4_s(upper), lows, scales);
    v128.store(target + ((<usize>i) << 2), joined(first, second));
  }
  for (; i < count; i++) {
    const value = (<f64>load<i16>(source + ((<usize>i) << 1)) - low) * scale - 1;
    store<f32>(target + ((<usize>i) << 2), <f32>Math.max(-1, Math.min(1, value)));
  }
}

/** Runs of float32 by their shares: `low + share * (high - low)`. */
export function mix(low: usize, high: usize, target: usize, count: i32, share: f64): void {
  const shares = f64x2.splat(share);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const a = v128.load(low + ((<usize>i) << 2));
    const b = v128.load(high + ((<usize>i) << 2));
    const first = between(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b), shares);
    const second = between(
      f64x2.promote_low_f32x4(v128.shuffle<i32>(a, a, 2, 3, 2, 3)),
      f64x2.promote_low_f32x4(v128.shuffle<i32>(b, b, 2, 3, 2, 3)),
      shares,
    );
    v128.store(target + ((<usize>i) << 2), joined(first, second));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    const value = <f64>load<f32>(low + at);
    store<f32>(target + at, <f32>(value + share * (<f64>load<f32>(high + at) - value)));
  }
}

/** Adds `share * value` to each of a run of float32. */
export function accumulate(values: usize, target: usize, count: i32, share: f64): void {
  for (let i = 0; i < count; i++) {
    const at = (<usize>i) << 2;
    const sum = <f64>load<f32>(target + at) + share * <f64>load<f32>(values + at);
    store<f32>(target + at, <f32>sum);
  }
}

/**
 * A plane of float32 at another size: first its rows, then the cells of each. An axis is given by the first
 * input of each output (int32), how many inputs each has, and their shares (float32).
 *
 * @param row room for a row of the input
 */
export function resizePlane(
  plane: usize,
  width: i32,
  row: usize,
  target: usize,
  heightOut: i32,
  widthOut: i32,
  firstRows: usize,
  rowTaps: i32,
  rowShares: usize,
  firstCells: usize,
  cellTaps: i32,
  cellShares: usize,
): void {
  const rowBytes = (<usize>width) << 2;
  for (let j = 0; j < heightOut; j++) {
    const rows = plane + <usize>load<i32>(firstRows + ((<usize>j) << 2)) * rowBytes;
    const shares = rowShares + ((<usize>(j * rowTaps)) << 2);
    const values = blendRows(rows, width, row, rowTaps, shares);
    if (width == widthOut) memory.copy(target, values, rowBytes);
    else if (cellTaps == 2) mixCells(values, target, widthOut, firstCells, cellShares);
    else sumCells(values, target, widthOut, firstCells, cellTaps, cellShares);
    target += (<usize>widthOut) << 2;
  }
}

/** Neighbouring rows by their shares. @returns the sum's place: that of a row whose share is all, or `row` */
function blendRows(rows: usize, width: i32, row: usize, taps: i32, shares: usize): usize {
  const rowBytes = (<usize>width) << 2;
  for (let tap = 0; tap < taps; tap++) {
    if (load<f32>(shares + ((<usize>tap) << 2)) == 1) return rows + <usize>tap * rowBytes;
  }
  if (taps == 2) {
    mix(rows, rows + rowBytes, row, width, <f64>load<f32>(shares, 4));
    return row;
  }
  memory.fill(row, 0, rowBytes);
  for (let tap = 0; tap < taps; tap++) {
    const share = load<f32>(shares + ((<usize>tap) << 2));
    if (share != 0) accumulate(rows + <usize>tap * rowBytes, row, width, <f64>share);
  }
  return row;
}

/** Each cell from two neighbours. */
function mixCells(row: usize, target: usize, count: i32, first: usize, shares: usize): void {
  let i = 0;
  for (; i + 2 <= count; i += 2) {
    const at = row + ((<usize>load<i32>(first + ((<usize>i) << 2))) << 2);
    const next = row + ((<usize>load<i32>(first + ((<usize>i) << 2), 4)) << 2);
    const cells = v128.load64_lane(next, v128.load64_zero(at), 1); // left, right, left, right
    const left = f64x2.promote_low_f32x4(v128.shuffle<i32>(cells, cells, 0, 2, 0, 2));
    const right = f64x2.promote_low_f32x4(v128.shuffle<i32>(cells, cells, 1, 3, 1, 3));
    const pairs = v128.load(shares + ((<usize>i) << 3));
    const ofRight = f64x2.promote_low_f32x4(v128.shuffle<i32>(pairs, pairs, 1, 3, 1, 3));
    const values = f32x4.demote_f64x2_zero(between(left, right, ofRight));
    v128.store64_lane(target + ((<usize>i) << 2), values, 0);
  }
  if (i < count) {
    const at = row + ((<usize>load<i32>(first + ((<usize>i) << 2))) << 2);
    const left = <f64>load<f32>(at);
    const share = <f64>load<f32>(shares + ((<usize>i) << 3), 4);
    store<f32>(target + ((<usize>i) << 2), <f32>(left + share * (<f64>load<f32>(at, 4) - left)));
  }
}

/** Each cell from several neighbours. */
function sumCells(
  row: usize,
  target: usize,
  count: i32,
  first: usize,
  taps: i32,
  shares: usize,
): void {
  for (let i = 0; i < count; i++) {
    const at = row + ((<usize>load<i32>(first + ((<usize>i) << 2))) << 2);
    let sum: f64 = 0;
    for (let tap = 0; tap < taps; tap++) {
      const share = <f64>load<f32>(shares + ((<usize>(i * taps + tap)) << 2));
      sum += share * <f64>load<f32>(at + ((<usize>tap) << 2));
    }
    store<f32>(target + ((<usize>i) << 2), <f32>sum);
  }
}

function windowed(values: v128, lows: v128, scales: v128): v128 {
  const one = f64x2.splat(1);
  const scaled = f64x2.sub(f64x2.mul(f64x2.sub(values, lows), scales), one);
  return f64x2.pmax(f64x2.splat(-1), f64x2.pmin(one, scaled)); // one instruction each, unlike min and max
}

function between(low: v128, high: v128, shares: v128): v128 {
  return f64x2.add(low, f64x2.mul(shares, f64x2.sub(high, low)));
}

/** Two pairs of float64 as four float32. */
function joined(first: v128, second: v128): v128 {
  const low = f32x4.demote_f64x2_zero(first);
  const high = f32x4.demote_f64x2_zero(second);
  return v128.shuffle<i32>(low, high, 0, 1, 4, 5);
}
