import { describeOmniCT } from './omnict-cases';

describeOmniCT(undefined);
