/** Environment variable by which all limits on what files may hold or claim are multiplied. */
export const LIMITS_VARIABLE = 'OMNICT_LIMITS';

/** What errors of limits advise. */
export const RAISE_LIMITS = `where the file can be trusted, set ${LIMITS_VARIABLE}=4 to allow four times as much`;

/**
 * Multiplies a limit by the user's factor: limits keep hostile files from filling memory, and cannot know
 * the largest honest one.
 *
 * @param environment default this process's, which workers inherit
 */
export function raisedLimit(
  limit: number,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): number {
  const factor = Number(environment[LIMITS_VARIABLE] ?? 1);
  return Number.isFinite(factor) && factor > 0 ? Math.ceil(limit * factor) : limit;
}
