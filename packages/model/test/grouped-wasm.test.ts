import { describeGroupedBatches } from './grouped-cases';

describeGroupedBatches('wasm');
