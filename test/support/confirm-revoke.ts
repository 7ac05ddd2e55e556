import type { PersonDriver } from './slack-person.ts';

/** Submits the form that Revoke in a list opens. */
export async function confirmRevoke(admin: PersonDriver): Promise<void> {
  const modal = await admin.modal('Revoke an invitation');
  await modal.submit();
  await modal.sees(/Revoked: the link mailed to/);
  await modal.closeAll();
}
