import { raceOperationsOn } from './race-operations.ts';

raceOperationsOn('deleted, and due to be erased');
