type Numbers = Uint8Array | Int32Array | Float64Array;

/** Numbers of a table's rows, side by side in memory; grows by doubling. */
export class Column {
  private values: Numbers;
  private count = 0;

  constructor(private readonly kind: new (length: number) => Numbers) {
    this.values = new kind(1024);
  }

  get length(): number {
    return this.count;
  }

  push(value: number): void {
    if (this.count === this.values.length) {
      const larger = new this.kind(2 * this.count);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count++] = value;
  }

  at(row: number): number {
    return this.values[row] as number;
  }

  set(row: number, value: number): void {
    this.values[row] = value;
  }

  /** A copy without room to grow. */
  toArray(): number[] {
    return Array.from(this.values.subarray(0, this.count));
  }
}
