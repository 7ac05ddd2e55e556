import { z } from 'zod';
import { findGroups } from '../../db/accounts/groups.ts';
import { findProduct } from '../../db/catalog/products.ts';
import { findStanding, listOperators } from '../../db/operators/operators.ts';
import { listBoundTeamIds } from '../../db/operators/workspaces.ts';
import { countInScope, type ReviewScope } from '../../db/reviews/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { REVIEW_SCOPES } from '../../domain/review.ts';
import { slackId } from '../frame/actor.ts';
import type { Act, Context } from '../frame/context.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { personNow } from '../operators/operator-rules.ts';

/** More accounts than people look at one by one. */
const MAX_REVIEWED = 5_000;
const MAX_REVIEWERS = 20;

/** What a review is about, and who answers; without people, the operators. */
export const planInput = {
  scope: z.enum(REVIEW_SCOPES),
  scopeId: z.string().min(1).max(256).optional(),
  people: z.array(z.string().max(40)).max(MAX_REVIEWERS, `at most ${MAX_REVIEWERS} people`).default([]),
};

export type Reviewer = { person: string; name: string; isOperator: boolean };

/**
 * How many accounts a review would have, and who would answer. Changes nothing. Errors: `product_not_found`;
 * `group_not_found`; `review_empty`; `limit_reached` above 5,000 accounts; `invalid_input` for `people` with one who isn't
 * a full member of the workspace; `standing_unknown` when Slack doesn't say.
 */
export const planReview = defineOperation({
  name: 'reviews/plan',
  allowed: ADMINS,
  effect: 'read',
  input: planInput,
  prepare: (context, { people }) => findReviewers(context, people),
  async run(act, { scope, scopeId }, reviewers) {
    const scoped = { scope, scopeId: scopeId ?? null };
    const name = await nameOfScope(act, scoped);
    return { name, count: await demandCount(act, scoped), reviewers };
  },
});

/** Errors: `review_empty`; `limit_reached`. */
export async function demandCount(act: Act, scope: ReviewScope): Promise<number> {
  const count = await countInScope(act.tx, act.service.id, scope, MAX_REVIEWED);
  if (count === 0) throw new DomainError('review_empty');
  if (count > MAX_REVIEWED)
    throw new DomainError('limit_reached', {
      limit: `${MAX_REVIEWED.toLocaleString('en')} accounts in one review; review products or groups instead`,
    });
  return count;
}

/** Errors: `product_not_found`; `group_not_found`. */
export async function nameOfScope(act: Act, { scope, scopeId }: ReviewScope): Promise<string> {
  if (scope === 'all') return 'all active accounts';
  if (scope === 'product') {
    const product = await findProduct(act.tx, act.service.id, scopeId ?? '');
    if (!product) throw new DomainError('product_not_found');
    return product.name;
  }
  const [group] = await findGroups(act.tx, act.service.id, [scopeId ?? '']);
  if (!group) throw new DomainError('group_not_found');
  if (group.type === 'system') throw new DomainError('group_built_in');
  return group.name;
}

/** Without people: the operators who are full members in Slack now. Errors: `invalid_input` for `people`; `standing_unknown`. */
export async function findReviewers(context: Context, people: readonly string[]): Promise<Reviewer[]> {
  const { actor, db, service } = context;
  const teams = actor.kind === 'slack' ? [actor.teamId] : await listBoundTeamIds(db, service.id);
  if (people.length > 0)
    return Promise.all(
      [...new Set(people)].map(async (userId) => {
        const { isMember, ...found } = await findPerson(context, teams[0] ?? '', userId);
        if (isMember) return found;
        throw refusedPeople(
          `${found.name || userId} isn't a full member of the workspace; choose someone else`,
        );
      }),
    );
  const operators = await Promise.all(teams.map((team) => findOperators(context, team)));
  if (operators.flat().length === 0) throw refusedPeople('are needed: there are no operators');
  return operators.flat();
}

/** The console can't ask Slack, and takes the operators as they are stored. */
async function findOperators(context: Context, team: string): Promise<Reviewer[]> {
  const stored = await listOperators(context.db, context.service.id, team);
  if (context.actor.kind !== 'slack')
    return stored.map(({ slackUserId, name }) => ({
      person: slackId(team, slackUserId),
      name,
      isOperator: true,
    }));
  const found = await Promise.all(stored.map(({ slackUserId }) => findPerson(context, team, slackUserId)));
  return found.flatMap(({ isMember, ...one }) => (isMember ? one : []));
}

async function findPerson(context: Context, teamId: string, userId: string) {
  const { name, membership } = await personNow(context, { teamId, userId });
  const { role } = await findStanding(context.db, context.service.id, teamId, userId);
  return {
    person: slackId(teamId, userId),
    name,
    isOperator: role !== null,
    isMember: membership === 'member',
  };
}

const refusedPeople = (words: string) => new DomainError('invalid_input', { fields: { people: words } });
