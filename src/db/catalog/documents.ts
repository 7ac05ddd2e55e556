import { and, asc, eq, exists, inArray, type SQL, sql } from 'drizzle-orm';
import type { Endpoint } from '../../domain/api-document.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { type PagedList, pagedList } from '../page.ts';
import { has } from '../rows.ts';
import { apiDocuments, apiEndpoints, productApis, productGroups, products } from '../schema/index.ts';
import type { Api } from './apis.ts';

export type StoredDocument = typeof apiDocuments.$inferSelect;
export type StoredEndpoint = typeof apiEndpoints.$inferSelect;
/** As lists have it. */
export type EndpointRow = Omit<StoredEndpoint, 'detail' | 'serviceId'>;

const ROWS_A_STATEMENT = 100;

/** Replaces the document of a locked API and its endpoints; null takes them away. */
export async function replaceDocument(
  tx: Transaction,
  { serviceId, id: apiId }: Pick<Api, 'serviceId' | 'id'>,
  given: (Omit<StoredDocument, 'serviceId' | 'apiId' | 'endpointCount'> & { endpoints: Endpoint[] }) | null,
): Promise<void> {
  await tx.delete(apiDocuments).where(has(apiDocuments, { serviceId, apiId }));
  if (!given) return;
  const { endpoints, ...document } = given;
  await tx.insert(apiDocuments).values({ serviceId, apiId, ...document, endpointCount: endpoints.length });
  const rows = endpoints.map((endpoint, position) => ({ serviceId, apiId, position, ...endpoint }));
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT)
    await tx.insert(apiEndpoints).values(rows.slice(at, at + ROWS_A_STATEMENT));
}

export async function findDocument(db: Db, serviceId: string, apiId: string): Promise<StoredDocument | null> {
  const [row] = await db.select().from(apiDocuments).where(has(apiDocuments, { serviceId, apiId }));
  return row ?? null;
}

/** What a page says of it. The document itself may be megabytes. */
export async function findDocumentHead(
  db: Db,
  serviceId: string,
  apiId: string,
): Promise<Pick<StoredDocument, 'description' | 'endpointCount'> | null> {
  const { description, endpointCount } = apiDocuments;
  const [row] = await db
    .select({ description, endpointCount })
    .from(apiDocuments)
    .where(has(apiDocuments, { serviceId, apiId }));
  return row ?? null;
}

const ROW = {
  apiId: apiEndpoints.apiId,
  id: apiEndpoints.id,
  position: apiEndpoints.position,
  method: apiEndpoints.method,
  path: apiEndpoints.path,
  tag: apiEndpoints.tag,
  summary: apiEndpoints.summary,
  isDeprecated: apiEndpoints.isDeprecated,
};

/** In the order of the reference. `text`: part of the method and path, the summary, the tag or the id, in any case. */
export const listEndpoints = (
  db: Db,
  { serviceId, apiId, text = '' }: { serviceId: string; apiId: string; text?: string },
): PagedList<EndpointRow, number> =>
  pagedList<EndpointRow, number>(db, apiEndpoints, {
    where: and(has(apiEndpoints, { serviceId, apiId }), text === '' ? undefined : holdsText(text)),
    by: [apiEndpoints.position],
    cursorOf: ({ position }) => position,
    valuesAt: (after) => [sql`${after}::integer`],
    select: () => db.select(ROW).from(apiEndpoints).$dynamic() as never,
  });

function holdsText(text: string): SQL {
  const { method, path, summary, tag, id } = apiEndpoints;
  return sql`strpos(lower(${method} || ' ' || ${path} || ' ' || ${summary} || ' ' || ${tag} || ' ' || ${id}), lower(${text})) > 0`;
}

export async function findEndpoint(
  db: Db,
  { serviceId, apiId, id }: { serviceId: string; apiId: string; id: string },
): Promise<StoredEndpoint | null> {
  const [row] = await db.select().from(apiEndpoints).where(has(apiEndpoints, { serviceId, apiId, id }));
  return row ?? null;
}

/** The published products with this API that one of these groups sees, by name. */
export async function listProductsOfApi(
  db: Db,
  { serviceId, apiId, seenBy }: { serviceId: string; apiId: string; seenBy: readonly string[] },
): Promise<{ id: string; name: string; isSubscriptionRequired: boolean }[]> {
  const isSeen = exists(
    db
      .select({ one: sql`1` })
      .from(productGroups)
      .where(
        and(
          has(productGroups, { serviceId: products.serviceId, productId: products.id }),
          inArray(productGroups.groupId, [...seenBy]),
        ),
      ),
  );
  return db
    .select({
      id: products.id,
      name: products.name,
      isSubscriptionRequired: products.isSubscriptionRequired,
    })
    .from(products)
    .innerJoin(
      productApis,
      has(productApis, { serviceId: products.serviceId, productId: products.id, apiId }),
    )
    .where(and(eq(products.serviceId, serviceId), eq(products.isPublished, true), isSeen))
    .orderBy(asc(sql`lower(${products.name})`), asc(products.id));
}
