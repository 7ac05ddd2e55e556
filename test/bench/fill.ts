// Accounts in all states, with names that people have.
import type postgres from 'postgres';

export const FIRST_NAMES =
  `Ada Abel Agnes Ahmed Aiko Alba Alice Amara Amir Ana Anders Anna Antonio Arjun Astrid Aylin Bao Beatriz Ben
Bianca Boris Camille Carlos Carmen Chen Chiara Chloe Clara Daan Dalia Daniel David Diego Dina Elena Elias Elif Ella
Emil Emma Erik Esra Eva Fatima Felix Finn Freya Gabriel Giulia Greta Hana Hans Hassan Hugo Ibrahim Ines Ingrid Isaac
Ivan Jakub James Jana Javier Jin Joana Johan Jonas Jun Kai Karim Kate Klara Kofi Lars Laura Layla Lea Leon Lina Linus
Lucia Luis Maja Malik Marco Maria Marta Mateo Max Mei Mia Mila Milan Nadia Nils Nina Noah Noor Olga Omar Oscar Pablo
Paula Pedro Petra Priya Rafael Ravi Rosa Sami Sara Sofia Stefan Sven Tariq Thea Theo Tom Uma Vera Viktor Wei Xenia
Yara Yuki Yusuf Zara Zoe`.split(/\s+/);
export const LAST_NAMES =
  `Abbott Ahmadi Akande Alvarez Andersen Araujo Bakker Balogun Bauer Becker Berg Bianchi Blanc Bose Brandt
Carvalho Castillo Chan Chaudhry Cohen Costa Dahl Das Diaz Dubois Dumont Eriksen Esposito Farah Fernandes Ferrari
Fischer Fontaine Garcia Gomez Gonzalez Gruber Gupta Haddad Hansen Hartmann Hernandez Hoffmann Holm Horvat Huang Hughes
Ivanov Iyer Jansen Jensen Johansson Jovanovic Kapoor Keller Khan Kim Klein Kovac Kowalski Krause Kumar Lambert Larsen
Lefevre Lehmann Leroy Lind Lopez Lovelace Maier Mancini Marino Martin Mehta Mendes Meyer Moreau Moreno Muller Nakamura
Nasser Navarro Nguyen Nielsen Novak Nowak Okafor Olsen Ortega Osei Park Patel Pereira Petrov Popescu Quist Rahman Ramos
Rao Reyes Ricci Rossi Roux Ruiz Russo Saito Santos Sato Schmidt Schneider Schulz Sharma Silva Singh Sorensen Suzuki
Svensson Takahashi Tanaka Torres Tran Vargas Varga Vogel Wagner Walker Wang Weber Weiss Winter Wolf Yamamoto Yilmaz
Zhang Ziegler Zimmermann`.split(/\s+/);
const DOMAINS = 'example.com mail.example acme.example partners.example.org dev.example.net';

/** What a query or a cursor is made from. */
export type Filled = { id: string; email: string; firstName: string; lastName: string; registeredAt: Date };

/** Adds accounts until there are `count`. Rows by hand instead of the trigger, and the search index built at the end. */
export async function fillAccounts(sql: postgres.Sql, serviceId: string, count: number): Promise<void> {
  const [present] = await sql<[{ n: number }]>`select count(*)::int as n from accounts`;
  const [index] = await sql<[{ indexdef: string }]>`
    select indexdef from pg_indexes where indexname = 'accounts_search'`;
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    await tx`set local maintenance_work_mem = '1GB'`;
    await tx`drop index accounts_search`;
    await tx`alter table accounts disable trigger user`;
    await tx`
      insert into accounts (service_id, id, email, email_canonical, first_name, last_name, state, state_changed_at,
        state_changed_by, email_confirmed_at, registered_at, updated_at, deleted_at)
      select ${serviceId}, 'acc-' || md5(n::text), address, address, first_name, last_name, state, at, 'Ada Admin',
        case when state = 'pending' then null else at end, at, at, case when state = 'deleted' then now() end
      from (
        select n, first_name, last_name, now() - n * interval '61 seconds' as at,
          lower(first_name || '.' || last_name) || n || '@' || (string_to_array(${DOMAINS}, ' '))[1 + n % 5] as address,
          case when n % 20 < 16 then 'active' when n % 20 < 18 then 'pending' when n % 20 = 18 then 'blocked'
            else 'deleted' end as state
        from (
          select n,
            (string_to_array(${FIRST_NAMES.join(' ')}, ' '))[1 + floor(power(random(), 1.5) * ${FIRST_NAMES.length})::int] as first_name,
            (string_to_array(${LAST_NAMES.join(' ')}, ' '))[1 + floor(power(random(), 1.5) * ${LAST_NAMES.length})::int] as last_name
          from generate_series(${present.n + 1}::int, ${count}::int) as n
        ) as named
      ) as made`;
    await tx`alter table accounts enable trigger user`;
    await tx`insert into account_activity (service_id, account_id, state, registered_on, last_sign_in_on, last_call_on)
      select service_id, id, state, day, case when n % 5 < 3 then least(current_date, day + n % 397) else '0001-01-01' end,
        case when n % 3 > 0 then least(current_date, day + n % 401) else '0001-01-01' end
      from accounts cross join lateral (
        select registered_at::date as day, abs(hashtext(id)) as n) as made
      on conflict do nothing`;
    await tx.unsafe(index.indexdef);
    await tx`delete from account_counts`;
    await tx`insert into account_counts (service_id, state, change)
      select service_id, state, count(*) from accounts group by 1, 2`;
  });
  await sql`vacuum analyze accounts`;
  await sql`vacuum analyze account_activity`;
  await sql`vacuum analyze account_counts`;
}

/** Accounts that are not deleted, from a place in the list. */
export async function listedFrom(sql: postgres.Sql, offset: number, limit: number): Promise<Filled[]> {
  return sql<Filled[]>`
    select id, email, first_name as "firstName", last_name as "lastName", registered_at as "registeredAt"
    from accounts where state <> 'deleted' order by registered_at desc, id desc offset ${offset} limit ${limit}`;
}
