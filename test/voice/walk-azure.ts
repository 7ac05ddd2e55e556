// What operators read of the mirror of an Azure API Management instance, without Azure.
import { azureUser, bindMirror, readInAzure } from '../support/mirror.ts';
import type { Page } from './page.ts';
import type { Stage } from './stage.ts';

export async function walkAzure(s: Stage, page: Page): Promise<void> {
  page.chapter('The mirror of Azure in Slack');
  await s.types('admin', '/apim-user azure');
  await bindMirror(s.sql, 'default');
  await firstComparison(s);
  await differences(s);
  await changes(s);
  await s.sql`delete from azure_instances`;
}

async function firstComparison(s: Stage): Promise<void> {
  await s.sql`update azure_instances set first_pass_ended_at = null, pass_ended_at = null, phase = 'account',
    counts = '{"account": 12300}'`;
  await s.types('admin', '/apim-user azure');
  await s.presses('admin', 'azure-mode');
  await s.closeModals('admin');
  await s.home('approver');
  await s.presses('approver', 'azure-status');
  await s.sql`update azure_instances set trouble = 'unreachable', trouble_since = '2026-03-02T08:50:00Z',
    hold_until = '2026-03-02T09:01:00Z'`;
  await s.types('admin', '/apim-user azure');
  await s.sql`update azure_instances set first_pass_ended_at = '2026-03-02T08:59:00Z', phase = null, trouble = null,
    pass_ended_at = '2026-03-02T08:59:00Z', trouble_since = null, hold_until = null`;
  await s.types('admin', '/apim-user azure');
}

async function differences(s: Stage): Promise<void> {
  const system = await s.system();
  await s.types('admin', '/apim-user add may@example.com May Moon');
  const [row] = await s.sql`select id from accounts where email = 'may@example.com'`;
  const id = String(row?.id);
  const user = azureUser(id, { email: 'may@example.com', firstName: 'May', lastName: 'Moon' });
  const reads = (record: typeof user | null) => readInAzure(system, record, id);
  await s.happens('The mirror reads a user in Azure whose name and note differ', () =>
    reads({ ...user, firstName: 'Maya', note: 'calls a lot' }),
  );
  await s.types('admin', '/apim-user azure');
  await s.presses('admin', 'azure-differences');
  await s.presses('admin', 'azure-difference', 'note');
  await s.presses('approver', 'azure-keep', 'note');
  await s.presses('admin', 'azure-leave', 'first name');
  await reads(user);
  await s.happens('The mirror finds that the user is gone in Azure', () => reads(null));
  await s.happens('The mirror finds the user in Azure again', () =>
    reads({ ...user, note: 'talked to sales' }),
  );
  await s.presses('admin', 'azure-take', 'note');
}

/** On their way to Azure, as an account's card and the lists show them. */
async function changes(s: Stage): Promise<void> {
  const show = '/apim-user show may@example.com';
  await s.types('admin', '/apim-user block may@example.com sent spam');
  await s.types('admin', '/apim-user azure');
  await s.presses('admin', 'azure-mode');
  await s.submits('admin', { mode: 'full' });
  await s.closeModals('admin');
  await s.sql`insert into azure_orders (service_id, kind, our_id, lane, half, created_at, changed_at)
    select 'default', 'account', id, 'account:' || id, 0, '2026-03-02T09:00:00Z', '2026-03-02T09:00:00Z'
    from accounts where email = 'may@example.com' on conflict do nothing`;
  await s.types('admin', show);
  await s.sql`update azure_orders set state = 'done', settled_at = '2026-03-02T09:00:01Z' where state = 'waiting'
    and our_id not in (select id from accounts where email = 'may@example.com')`;
  await s.sql`update azure_orders set state = 'refused', code = 'refused', settled_at = '2026-03-02T09:00:01Z'
    where state = 'waiting'`;
  await s.types('admin', show);
  await s.types('admin', '/apim-user azure');
  await s.presses('admin', 'azure-orders');
  await s.presses('admin', 'azure-retry', 'May');
  await s.sql`update azure_orders set state = 'done', code = null, settled_at = '2026-03-02T09:00:02Z'`;
  await s.types('admin', show);
}
