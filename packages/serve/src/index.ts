/**
 * A trained OmniCT that one can ask: a page with a CT viewer, and the OpenAI chat API.
 *
 * @module @omnict/serve
 */
export { DEFAULT_LIMITS, type Limits } from './limits';
export { type RunningServer, serveOmniCT, type ServeOptions } from './serve';
