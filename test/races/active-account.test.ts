import { raceOperationsOn } from './race-operations.ts';

raceOperationsOn('active, with open links and a deletion that waits', 'even');
