/**
 * Whether each row of generated ids begins with its prompt: `generate` of some libraries returns both.
 * There may be fewer rows than prompts.
 */
export function includesPrompt(
  rows: readonly (readonly number[])[],
  prompts: readonly (readonly number[])[] | undefined,
): boolean {
  if (prompts === undefined) return false;
  return rows.every((row, index) => {
    const prompt = prompts[index];
    return prompt !== undefined && prompt.every((id, place) => id === row[place]);
  });
}

/**
 * Which values of generated ids count: what a reference puts after a row's end of text is filling. The
 * prompt, up to `start`, may hold such ids, too.
 */
export function untilEnd(
  rows: readonly (readonly number[])[],
  { start, endIds }: { start: number; endIds: readonly number[] },
): (index: number) => boolean {
  const width = rows[0]?.length ?? 0;
  const ends = rows.map((row) => {
    const end = row.findIndex((id, place) => place >= start && endIds.includes(id));
    return end < 0 ? width : end;
  });
  return (index) => index % width <= (ends[Math.floor(index / width)] as number);
}
