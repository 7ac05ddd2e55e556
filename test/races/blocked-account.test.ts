import { raceDeedsOf } from './deeds.ts';

raceDeedsOf('blocked until now');
