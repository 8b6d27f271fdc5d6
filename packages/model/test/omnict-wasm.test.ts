import { describeOmniCT } from './omnict-cases';

describeOmniCT('wasm');
