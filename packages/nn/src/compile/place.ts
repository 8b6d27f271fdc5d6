import { relative } from 'node:path';

/** Stack frames of tfjs, of Node and of the recorder itself say nothing about where the user's code is. */
const UNINTERESTING =
  /node_modules|node:|nn\/dist\/|\/compile\/(place|record|recorder|instrumented-binding|compile)\.ts/;

/**
 * Where in the user's code we are: `apply (layers/linear.ts:12)`, for errors about what a function
 * does while it is recorded.
 */
export function placeInUserCode(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60; // tfjs's own frames lie between
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  const frame = stack
    .split('\n')
    .slice(1)
    .find((line) => !UNINTERESTING.test(line));
  const match = /at (?:(.+?) \()?(?:file:\/\/)?(.+?):(\d+):\d+\)?$/.exec(frame?.trim() ?? '');
  if (match === null) return 'an unknown place';
  const [, name, file = '', line] = match;
  const place = `${relative(process.cwd(), file)}:${line}`;
  return name === undefined ? place : `${name} (${place})`;
}
