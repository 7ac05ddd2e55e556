// What a button or modal was drawn for, and in which version. Nothing in it is trusted: the operation looks and decides.

type Ref = { id: string; version: number };

function readRef(value: string | Record<string, unknown>): Ref {
  const { id, version } = (typeof value === 'string' ? JSON.parse(value) : value) as Record<string, unknown>;
  return { id: String(id), version: Number(version) };
}

export function accountIn(value: string | Record<string, unknown>) {
  const { id, version } = readRef(value);
  return { accountId: id, expectedVersion: version };
}

export function apiIn(value: string | Record<string, unknown>) {
  const { id, version } = readRef(value);
  return { apiId: id, expectedVersion: version };
}

export function productIn(value: string | Record<string, unknown>) {
  const { id, version } = readRef(value);
  return { productId: id, expectedVersion: version };
}

export function subscriptionIn(value: string | Record<string, unknown>) {
  const { id, version } = readRef(value);
  return { subscriptionId: id, expectedVersion: version };
}

export function invitationIn(value: string | Record<string, unknown>) {
  const { id, version } = readRef(value);
  return { invitationId: id, expectedVersion: version };
}
