// Every operation of Azure's contract that is answered here.
import { GROUP_ROUTES } from './groups.ts';
import { LONG_RUNNING_ROUTES } from './long-running.ts';
import type { Route } from './route.ts';
import { USER_ROUTES } from './users.ts';

export const ROUTES: readonly Route[] = [...USER_ROUTES, ...GROUP_ROUTES, ...LONG_RUNNING_ROUTES];
