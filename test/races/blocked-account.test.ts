import { raceOperationsOn } from './race-operations.ts';

raceOperationsOn('blocked until now');
