/** Builds the page into a folder. */
export function buildPage(out: string): Promise<void>;
