import { describeOperations } from './operations-cases';

describeOperations('cpu');
