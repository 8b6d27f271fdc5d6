import { describeGradients } from './gradient-cases';

describeGradients('wasm');
