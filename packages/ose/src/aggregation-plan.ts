/**
 * How organ tokens come out of global tokens: a matrix. Row c of `weights` mixes the L global
 * tokens into organ token c. Every strategy of Table 11 is such a matrix, so that all train and run
 * through the same product, whatever they select.
 */
export interface AggregationPlan {
  /** `[Lc, L]`, row-major; rows of valid tokens sum to 1, others are 0. */
  weights: Float32Array;
  /** `[Lc]`: 1 where the organ token exists. Fixed-size strategies fill all. */
  valid: Uint8Array;
  /** Lc */
  tokenCount: number;
}
