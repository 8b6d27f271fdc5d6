import { axisText } from '@omnict/report';

/** Axes of the trials with the values that they take: `SCE: off, on`. */
export function variedAxes(
  trials: readonly { axes: Readonly<Record<string, unknown>> }[],
): string[] {
  const values = new Map<string, Set<string>>();
  for (const { axes } of trials) {
    for (const [path, value] of Object.entries(axes)) {
      const { axis, value: text } = axisText(path, value);
      values.set(axis, (values.get(axis) ?? new Set()).add(text));
    }
  }
  return [...values].map(([axis, found]) => `${axis}: ${[...found].join(', ')}`);
}
