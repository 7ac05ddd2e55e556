// The operations that `SECOND_OPERATOR_FOR` may name, and what carries an approved one out.
import { activateAccount } from '../accounts/activate.ts';
import { blockAccount } from '../accounts/block.ts';
import { deleteAccount } from '../accounts/delete.ts';
import { editAccount } from '../accounts/edit.ts';
import { restoreAccount } from '../accounts/restore.ts';
import { setGroupsOfAccount } from '../accounts/set-groups.ts';
import type { Act, Context } from '../frame/context.ts';
import type { Who } from '../frame/permission.ts';
import { invite } from '../invitations/invite.ts';
import { sendPasswordReset } from '../passwords/send-reset.ts';

type Approvable = {
  carryOut(context: Context, tx: Act['tx'], input: unknown, allowed?: readonly Who[]): Promise<unknown>;
};

const APPROVABLE = {
  'accounts/activate': activateAccount,
  'accounts/block': blockAccount,
  'accounts/delete': deleteAccount,
  'accounts/edit': editAccount,
  'accounts/restore': restoreAccount,
  'accounts/set-groups': setGroupsOfAccount,
  'invitations/invite': invite,
  'passwords/send-reset': sendPasswordReset,
} as const satisfies Record<string, Approvable>;

export type ApprovableName = keyof typeof APPROVABLE;

export const APPROVABLE_NAMES: readonly string[] = Object.keys(APPROVABLE);

export const isApprovable = (name: string): name is ApprovableName => Object.hasOwn(APPROVABLE, name);

/** What carries an approved operation out, by its name. */
export const approvable = (name: ApprovableName): Approvable => APPROVABLE[name];
