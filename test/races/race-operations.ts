// Any two operations on one account at once. One test file for each state before them, so that the files run in parallel.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { activateAccount } from '../../src/operations/accounts/activate.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { confirmEmail } from '../../src/operations/accounts/confirm-email.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { editAccount } from '../../src/operations/accounts/edit.ts';
import { endBlock } from '../../src/operations/accounts/end-block.ts';
import { eraseAccount } from '../../src/operations/accounts/erase.ts';
import { restoreAccount } from '../../src/operations/accounts/restore.ts';
import { setGroupsOfAccount } from '../../src/operations/accounts/set-groups.ts';
import { decideApproval } from '../../src/operations/approvals/decide.ts';
import type { Context } from '../../src/operations/frame/context.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { resetPassword } from '../../src/operations/passwords/reset.ts';
import { sendPasswordReset } from '../../src/operations/passwords/send-reset.ts';
import { approvalIdOf } from '../support/approvals.ts';
import {
  ADMIN,
  APPROVER,
  createTestContext,
  DEVELOPER,
  refusalOf,
  SYSTEM,
  type TestContext,
} from '../support/context.ts';

const PASSWORD = 'three quiet garden chairs';
/** `RACE_ROUNDS=20` for the full number. No two runs meet at the same moments, so each adds to what earlier ones tried. */
const ROUNDS = Number(process.env.RACE_ROUNDS ?? 3);
/** How many races run at the same time. */
const ROUNDS_AT_ONCE = 6;

let t: TestContext;
let groupId = '';
let count = 0;
const newAddress = (): string => {
  count += 1;
  return `dev${count}@example.com`;
};
const admin = () => t.as(ADMIN);

type Person = {
  accountId: string;
  email: string;
  wanted: string;
  reset: string;
  confirmation: string;
  approvalId: string;
  changeId: string;
};
type Step = (person: Person) => Promise<unknown>;

async function newPerson(): Promise<Person> {
  const [email, wanted] = [newAddress(), newAddress()];
  const { account } = await addAccount(admin(), {
    email,
    firstName: 'Ann',
    lastName: 'Lee',
    password: PASSWORD,
  });
  return { accountId: account.id, email, wanted, reset: '', confirmation: '', approvalId: '', changeId: '' };
}

/** An admin in a service where deleting an account needs a second operator. */
const cautious = (): Context => ({
  ...admin(),
  policy: { ...t.policy, secondOperatorFor: ['accounts/delete'] },
});
const requestDeletion: Step = ({ accountId }) => approvalIdOf(deleteAccount(cautious(), { accountId }));
const decide =
  (decision: 'approve' | 'decline'): Step =>
  ({ approvalId }) =>
    decideApproval(t.as(APPROVER), { approvalId, decision });

const COMMON: Record<string, Step> = {
  block: ({ accountId }) => blockAccount(admin(), { accountId }),
  activate: ({ accountId }) => activateAccount(admin(), { accountId }),
  delete: ({ accountId }) => deleteAccount(admin(), { accountId }),
  'put in a group': ({ accountId }) => setGroupsOfAccount(admin(), { accountId, groupIds: [groupId] }),
};

/** An account in its state before the race, and the operations that are raced. */
type Start = { arrange: () => Promise<Person>; steps: Record<string, Step> };

const STARTS = {
  'active, with open links and a deletion that waits': {
    async arrange() {
      const person = await newPerson();
      const { accountId, email, wanted } = person;
      await sendPasswordReset(admin(), { accountId });
      await editAccount(admin(), { accountId, email: wanted });
      const reset = await t.ticketTo(email, 'PasswordResetIdentityDefault');
      const approvalId = String(await requestDeletion(person));
      return { ...person, reset, approvalId, confirmation: await t.ticketTo(wanted) };
    },
    steps: {
      ...COMMON,
      restore: ({ accountId }) => restoreAccount(admin(), { accountId }),
      'edit the note': ({ accountId }) => editAccount(admin(), { accountId, note: 'a note' }),
      'send a link': ({ accountId }) => sendPasswordReset(admin(), { accountId }),
      'set a password': ({ reset }) =>
        resetPassword(t.as(DEVELOPER), { ticket: reset, password: 'another four quiet chairs' }),
      'confirm the email': ({ confirmation }) => confirmEmail(t.as(DEVELOPER), { ticket: confirmation }),
      'invite the new email': ({ wanted }) => invite(admin(), { email: wanted }),
      'request its deletion': requestDeletion,
      'approve its deletion': decide('approve'),
      'decline its deletion': decide('decline'),
    },
  },
  'blocked until now': {
    async arrange() {
      const person = await newPerson();
      const { changeId } = await blockAccount(admin(), { accountId: person.accountId, end: '1h' });
      const ended = new Date(t.clock().getTime() - 1_000).toISOString();
      await t.sql`update accounts set block_ends_at = ${ended} where id = ${person.accountId}`;
      return { ...person, changeId };
    },
    steps: {
      ...COMMON,
      'end the block': ({ accountId }) => endBlock(t.as(SYSTEM), { accountId }),
      'give the block another end': ({ accountId }) => blockAccount(admin(), { accountId, end: '7d' }),
      'undo the block': ({ accountId, changeId }) =>
        activateAccount(admin(), { accountId, undoes: changeId }),
    },
  },
  'deleted, and due to be erased': {
    async arrange() {
      const person = await newPerson();
      const { accountId } = person;
      await setGroupsOfAccount(admin(), { accountId, groupIds: [groupId] });
      await deleteAccount(admin(), { accountId });
      const longAgo = new Date(t.clock().getTime() - 40 * 86_400_000).toISOString();
      await t.sql`update accounts set deleted_at = ${longAgo} where id = ${accountId}`;
      return person;
    },
    steps: {
      restore: ({ accountId }) => restoreAccount(admin(), { accountId }),
      erase: ({ accountId }) => eraseAccount(t.as(SYSTEM), { accountId }),
      'invite its email': ({ email }) => invite(admin(), { email }),
      'add its email': ({ email }) => addAccount(admin(), { email, firstName: 'Bea', lastName: 'Fox' }),
      'block it': COMMON.block ?? requestDeletion,
    },
  },
} satisfies Record<string, Start>;

/** The state afterwards, without ids and times, which differ between any two accounts. */
async function endOf(person: Person): Promise<string> {
  const { accountId, email, wanted, approvalId } = person;
  const [account, open, groups, mails, invited, others, approvals] = await Promise.all([
    t.sql`
      select state, note, email = ${wanted} as "hasNewAddress", version,
        cardinality(group_ids_when_deleted) as groups,
        block_ends_at is not null as "hasEnd", erased_at is not null as "isErased"
      from accounts where id = ${accountId}`,
    t.sql`
      select purpose from tickets where account_id = ${accountId} and used_at is null and voided_at is null
      order by purpose`,
    t.sql`select 1 from account_groups where account_id = ${accountId}`,
    t.sql`select template, state from mails where account_id = ${accountId} order by template, state`,
    t.sql`select state from invitations where email_canonical in (${email}, ${wanted}) order by state`,
    t.sql`
      select state from accounts where email_canonical in (${email}, ${wanted}) and id <> ${accountId}`,
    t.sql`
      select state, code, id::text = ${approvalId} as "isFirst" from approvals where account_id = ${accountId}
      order by id`,
  ]);
  return JSON.stringify({ account, open, groups: groups.length, mails, invited, others, approvals });
}

/** `half`: only every second pair, where a state has so many that its file would be the last to end. */
export function raceOperationsOn(start: keyof typeof STARTS, half?: 'even' | 'odd'): void {
  beforeAll(async () => {
    t = await createTestContext();
    groupId = (await createGroup(t.as(ADMIN), { name: 'Partners' })).groupId;
  });
  afterAll(() => t.close());
  // A test opens every sealed mail to find its own, so those of earlier tests are deleted.
  afterEach(() => t.sql`delete from mails`);

  const { arrange, steps }: Start = STARTS[start];
  const names = Object.keys(steps);
  const pairs = names.flatMap((first, index) => names.slice(index).map((second) => [first, second] as const));
  const wanted = pairs.filter((_, index) => !half || index % 2 === (half === 'even' ? 0 : 1));
  describe(`T72: two operations at once on an account (${start}) end as one after the other`, () => {
    it.each(wanted)('“%s” and “%s”', (first, second) => raceTwo(arrange, steps, [first, second]));
  });
}

async function raceTwo(
  arrange: Start['arrange'],
  steps: Start['steps'],
  [first, second]: readonly [string, string],
): Promise<void> {
  const run = (name: string, person: Person) =>
    refusalOf(steps[name]?.(person) ?? Promise.reject(new Error(name)));
  const serial: string[] = [];
  for (const isReversed of [false, true]) {
    const person = await arrange();
    const outcomes: string[] = ['', ''];
    for (const place of isReversed ? [1, 0] : [0, 1])
      outcomes[place] = await run(place === 0 ? first : second, person);
    serial.push(`${outcomes} ${await endOf(person)}`);
  }
  const race = async () => {
    const person = await arrange();
    const outcomes = await Promise.all([run(first, person), run(second, person)]);
    expect(serial).toContain(`${outcomes} ${await endOf(person)}`);
  };
  for (let round = 0; round < ROUNDS; round += ROUNDS_AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(ROUNDS_AT_ONCE, ROUNDS - round) }, race));
}
