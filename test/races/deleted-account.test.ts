import { raceDeedsOf } from './deeds.ts';

raceDeedsOf('deleted, and due to be erased');
