/**
 * The omnict command.
 *
 * @module omnict
 */
export { runCli } from './run-cli';
export type { Output } from './output';
