export { DEFAULT_LIMITS, type Limits } from './limits';
export { type RunningServer, serveOmniCT, type ServeOptions } from './serve';
