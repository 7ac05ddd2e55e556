// The operations that `SECOND_OPERATOR_FOR` may name.
import { activateAccount } from '../accounts/activate.ts';
import { blockAccount } from '../accounts/block.ts';
import { deleteAccount } from '../accounts/delete.ts';
import { editAccount } from '../accounts/edit.ts';
import { restoreAccount } from '../accounts/restore.ts';
import { setGroupsOfAccount } from '../accounts/set-groups.ts';
import { sendAnnouncement } from '../announcements/send.ts';
import { setAzureMode } from '../azure/set-mode.ts';
import { beginBatch } from '../batches/begin.ts';
import type { Operation } from '../frame/operation.ts';
import { invite } from '../invitations/invite.ts';
import { sendPasswordReset } from '../passwords/send-reset.ts';

type Approvable = Pick<Operation<never, unknown>, 'runInTransaction'>;

const APPROVABLE = {
  'accounts/activate': activateAccount,
  'accounts/block': blockAccount,
  'accounts/delete': deleteAccount,
  'accounts/edit': editAccount,
  'accounts/restore': restoreAccount,
  'accounts/set-groups': setGroupsOfAccount,
  'announcements/send': sendAnnouncement,
  'azure/set-mode': setAzureMode,
  'batches/begin': beginBatch,
  'invitations/invite': invite,
  'passwords/send-reset': sendPasswordReset,
} as const satisfies Record<string, Approvable>;

export type ApprovableName = keyof typeof APPROVABLE;

export const APPROVABLE_NAMES: readonly string[] = Object.keys(APPROVABLE);

export const isApprovable = (name: string): name is ApprovableName => Object.hasOwn(APPROVABLE, name);

export const approvableOperation = (name: ApprovableName): Approvable => APPROVABLE[name];
