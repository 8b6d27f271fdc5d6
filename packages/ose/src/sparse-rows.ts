/** A matrix of which most is 0, row by row: of a plan's Lc x L weights some hundred are not. */
export interface SparseRows {
  /** `[rows + 1]`: where each row begins among columns and values. */
  begins: Uint32Array;
  columns: Uint32Array;
  values: Float32Array;
}

/** Keeps what is not 0 of a row-major matrix. @param matrix `[rows, length / rows]` */
export function sparseRows(matrix: Float32Array, rows: number): SparseRows {
  const width = rows === 0 ? 0 : matrix.length / rows;
  const begins = new Uint32Array(rows + 1);
  const columns: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      const value = matrix[row * width + column] as number;
      if (value === 0) continue;
      columns.push(column);
      values.push(value);
    }
    begins[row + 1] = columns.length;
  }
  return { begins, columns: Uint32Array.from(columns), values: Float32Array.from(values) };
}

/** Writes a matrix into zeros. @param target row-major @param width columns of a row */
export function writeSparseRows(
  { begins, columns, values }: SparseRows,
  target: Float32Array,
  { at, width }: { at: number; width: number },
): void {
  for (let row = 0; row + 1 < begins.length; row++) {
    for (let i = begins[row] as number; i < (begins[row + 1] as number); i++) {
      target[at + row * width + (columns[i] as number)] = values[i] as number;
    }
  }
}
