// Takes in an account. No mail is sent: what was decided in Azure is told there.
import { EXISTS } from '../../domain/azure-mirror.ts';
import type { Mirrored } from '../../domain/azure-record.ts';
import { activateAccount } from '../accounts/activate.ts';
import { addAccount } from '../accounts/add.ts';
import { blockAccount } from '../accounts/block.ts';
import { deleteAccount } from '../accounts/delete.ts';
import { editAccount } from '../accounts/edit.ts';
import { setEmail } from '../accounts/set-email.ts';
import { setGroupsOfAccount } from '../accounts/set-groups.ts';
import { BUILT_IN_GROUPS } from '../groups/group.ts';
import type { Draft, Planner, References } from './planned-change.ts';

const BLOCKED = 'Blocked in Azure';

export const planAccount: Planner<'account'> = (draft, { ourId: accountId, theirs }, of) => {
  if (!theirs) {
    if (accountId)
      draft.step(
        deleteAccount,
        { accountId, ...SILENTLY, deleteSubscriptions: true, reason: 'Deleted in Azure' },
        [EXISTS],
      );
    return;
  }
  if (!accountId) return planNew(draft, theirs, of);
  planState(draft, accountId, theirs.state);
  const data = draft.taken({ firstName: theirs.firstName, lastName: theirs.lastName, note: theirs.note });
  if (Object.keys(data).length > 0) draft.step(editAccount, { accountId, ...data }, Object.keys(data));
  if (draft.takes('email')) draft.step(setEmail, { accountId, email: theirs.email }, ['email']);
  if (draft.takes('groups'))
    draft.step(setGroupsOfAccount, { accountId, groupIds: groupIdsOf(theirs, of) }, ['groups']);
};

const SILENTLY = { tellDeveloper: false } as const;

function planNew(draft: Draft, theirs: Mirrored<'account'>, of: References): void {
  const { id: accountId, email, firstName, lastName, note, registeredAt } = theirs;
  const state = NEW_STATES.find((one) => one === theirs.state);
  if (!state) return void draft.refuse(EXISTS, `no account here can be ${theirs.state}`);
  const groupIds = groupIdsOf(theirs, of);
  draft.step(
    addAccount,
    {
      ...{ accountId, email, firstName, lastName, note, state, groupIds },
      ...SILENTLY,
      ...(registeredAt === null ? {} : { registeredAt }),
    },
    [EXISTS],
    state === 'blocked' ? BLOCKED : 'came from Azure',
  );
}

const NEW_STATES = ['active', 'pending', 'blocked'] as const;

function planState(draft: Draft, accountId: string, state: string): void {
  if (!draft.takes('state')) return;
  const how = { accountId, ...SILENTLY };
  if (state === 'blocked') draft.step(blockAccount, { ...how, reason: BLOCKED }, ['state']);
  else if (state === 'active')
    draft.step(activateAccount, { ...how, reason: 'Activated in Azure' }, ['state']);
  else draft.refuse('state', `an account here can't become ${state} again`);
}

/** Every account is in Developers, and none in a group that isn't here, such as a directory's. */
const groupIdsOf = ({ groups }: Mirrored<'account'>, of: References): string[] =>
  groups.flatMap((name) => of.groupNamed(name) ?? []).filter((id) => !BUILT_IN_GROUPS.includes(id));
