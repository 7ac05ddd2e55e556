import { raceDeedsOf } from './deeds.ts';

raceDeedsOf('active, with open links and a deletion that waits', 'odd');
