// An API that the portal shows: it is in a published product that the reader sees.
import { type Api, findApi } from '../../db/catalog/apis.ts';
import { listProductsOfApi } from '../../db/catalog/documents.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type ApiView, viewApi } from '../catalog/view.ts';
import type { Act } from '../frame/context.ts';
import { groupsOfViewer } from '../products/product.ts';

export type OfferedApi = {
  api: Pick<ApiView, 'id' | 'name' | 'path' | 'keyHeader' | 'keyQuery' | 'documentHash'>;
  /** The products with it that the reader sees. */
  products: { id: string; name: string; isSubscriptionRequired: boolean }[];
};

/** Errors: `api_not_found`, also for one that this reader doesn't see. */
export async function demandOfferedApi(act: Act, apiId: string): Promise<OfferedApi> {
  const serviceId = act.service.id;
  const seenBy = await groupsOfViewer(act);
  const [api, products] = await Promise.all([
    findApi(act.tx, serviceId, apiId),
    listProductsOfApi(act.tx, { serviceId, apiId, seenBy }),
  ]);
  if (!api || products.length === 0) throw new DomainError('api_not_found');
  return { api: shownOf(api), products };
}

/** Without what only operators and programs read, such as the address behind the gateway. */
function shownOf(api: Api): OfferedApi['api'] {
  const { id, name, path, keyHeader, keyQuery, documentHash } = viewApi(api);
  return { id, name, path, keyHeader, keyQuery, documentHash };
}
