/** Writes a call of the program as a user types it into a shell. */
export function commandLine(args: readonly string[]): string {
  return ['npx omnict', ...args.map(quoted)].join(' ');
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
