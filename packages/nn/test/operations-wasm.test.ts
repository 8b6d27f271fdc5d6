import { describeOperations } from './operations-cases';

describeOperations('wasm');
