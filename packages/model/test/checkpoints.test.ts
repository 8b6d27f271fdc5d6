import { testCheckpoints } from './checkpoint-cases';

testCheckpoints();
