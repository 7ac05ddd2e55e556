import { describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startTestApp);

async function create(name: string, description = '') {
  const admin = app.as('admin');
  await admin.types('/apim-user groups');
  await admin.clicks('Create');
  const modal = await admin.modal('Create a group');
  await modal.fill({ Name: name, ...(description ? { Description: description } : {}) });
  await modal.submit();
  return modal;
}

describe('groups', () => {
  it('are listed, the built-in ones marked and without buttons', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user add ann@example.com Ann Lee');
    await admin.sees(/Added .+: the account is/);
    await admin.types('/apim-user groups');
    const seen = await admin.sees(/1–3 of 3/);
    expect(seen).toMatch(/\*?Developers\*? · built-in · 1 account/);
    expect((await admin.message(/1–3 of 3/)).buttons()).toEqual(['Create']);
  });

  it('are created, and no two have the same name', async () => {
    const admin = app.as('admin');
    const first = await create('Partners', 'Who sells <!channel> with us');
    await first.sees(/Created the group/);
    await first.cancel();

    const second = await create('partners');
    await second.sees(/already exists/);
    expect(await second.value('Name')).toBe('partners');
    await second.fill({ Name: 'Testers' });
    await second.submit();
    await second.sees(/Created the group/);
    await second.cancel();

    await admin.types('/apim-user groups');
    expect(await admin.sees(/Partners\*? · 0 accounts/)).toContain('Testers');
  });

  it('need a name, and say so beside the field', async () => {
    const modal = await create('   ');
    expect(modal.errors()).toEqual({ Name: 'Enter a name.' });
    await modal.cancel();
  });

  it('are renamed', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user groups');
    await admin.chooses('Rename', 'Testers');
    const modal = await admin.modal('Rename a group');
    expect(await modal.value('Name')).toBe('Testers');
    await modal.fill({ Name: 'Early birds' });
    await modal.submit();
    await modal.sees(/Saved the group .?Early birds/);
    await modal.cancel();
  });

  it('are deleted after a question, and the list says so', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user groups');
    const list = await admin.message(/Early birds/);
    await list.chooses('Delete', 'Early birds');
    const modal = await admin.modal('Delete a group');
    await modal.sees(/Delete Early birds\?.*Its accounts stay/s);
    await modal.submit();
    await modal.sees(/Deleted the group .*Early birds/);
    await modal.closeAll();
    await admin.types('/apim-user groups');
    expect(await admin.sees(/Partners/)).not.toContain('Early birds');
  });

  it('of an account are shown as they are when they are to be changed', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user groups ann@example.com');
    const modal = await admin.modal('Groups of an account');
    await modal.fill({ Groups: ['Partners'] });
    await modal.submit();
    await modal.sees(/Saved/);
    await modal.cancel();
    await admin.types('/apim-user groups');
    await admin.sees(/Partners\*? · 1 account/);
  });

  it('keep a group whose id is too long for Slack when the others are changed', async () => {
    const admin = app.as('admin');
    const id = 'x'.repeat(256);
    await app.sql`insert into groups (service_id, id, name, description, type, created_at)
      values ('default', ${id}, 'Brought along', '', 'custom', now())`;
    await app.sql`insert into account_groups (service_id, account_id, group_id)
      select 'default', id, ${id} from accounts where email = 'ann@example.com'`;
    await admin.types('/apim-user groups ann@example.com');
    const modal = await admin.modal('Groups of an account');
    await modal.sees(/stay as they are: Brought along/);
    await modal.fill({ Groups: null });
    await modal.submit();
    await modal.sees(/Groups:\W* Developers, Brought along/);
    await modal.cancel();
    await admin.types('/apim-user groups');
    await (await admin.message(/Brought along/)).clicks('Rename');
    const renaming = await admin.modal('Rename a group');
    expect(await renaming.value('Name')).toBe('Brought along');
    await renaming.cancel();
  });

  it('are shown to approvers without buttons, and not to people without a role', async () => {
    const approver = app.as('approver');
    await approver.types('/apim-user groups');
    await approver.sees(/Partners/);
    expect((await approver.message(/Partners/)).buttons()).toEqual([]);
    const nobody = app.as('nobody');
    await nobody.types('/apim-user groups');
    await nobody.sees(/You don't have permission to do this/);
  });

  it('turn pages when there are many', async () => {
    const admin = app.as('admin');
    await app.sql`insert into groups (service_id, id, name, description, type, created_at)
      select 'default', 'group-' || n, 'Group ' || n, '', 'custom', now() from generate_series(10, 29) n`;
    await admin.types('/apim-user groups');
    expect(await admin.sees(/Group 10/)).not.toContain('Partners');
    await admin.clicks('Next');
    await admin.sees(/Partners/);
    await admin.clicks('Previous');
    await admin.sees(/Group 10/);
    expect(app.refusals()).toEqual([]);
  });
});
