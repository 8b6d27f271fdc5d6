import { describeGroupedBatches } from './grouped-cases';

describeGroupedBatches();
