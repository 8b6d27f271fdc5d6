import { describeGroups } from './grouped-cases';

describeGroups();
