/** A learning-rate schedule. */
export interface ScheduleOptions {
  /** Highest rate. */
  learningRate: number;
  totalSteps: number;
  /** Share of the steps that warm up; 0.03 in the paper (Table 5). */
  warmupRatio: number;
}

/**
 * Linear warm-up, then a cosine to zero: the "warm up-cosine" of OmniCT Table 5, as Hugging Face's
 * `get_cosine_schedule_with_warmup` computes it.
 *
 * @param step 0-based @returns the rate of that step
 */
export function warmupCosine(step: number, options: ScheduleOptions): number {
  const { learningRate, totalSteps, warmupRatio } = options;
  const warmupSteps = Math.ceil(totalSteps * warmupRatio);
  if (step < warmupSteps) return (learningRate * step) / Math.max(1, warmupSteps);
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return learningRate * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
}
