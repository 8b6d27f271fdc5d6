/**
 * Returns what TensorFlow for CUDA is told by environment variables, where the user has not set them.
 *
 * It takes the card's memory as it needs it, since tasks of a sweep share cards, and multiplies float32 matrices
 * in TF32 (10 bits of mantissa), as TensorFlow does by itself, unless `OMNICT_TF32` is `off`.
 */
export function gpuEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return {
    TF_FORCE_GPU_ALLOW_GROWTH: environment['TF_FORCE_GPU_ALLOW_GROWTH'] ?? 'true',
    ...(environment['OMNICT_TF32'] === 'off' && { NVIDIA_TF32_OVERRIDE: '0' }),
  };
}

/** Whether float32 matrices are multiplied in TF32 by cards that can. */
export function usesTf32(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment['NVIDIA_TF32_OVERRIDE'] !== '0';
}
