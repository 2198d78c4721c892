/** The configuration as it is under the lock, held to the end of the transaction; undefined where there is none. A removed one is given too. */
export async function lockConfig(tx, configId) {
    const row = await tx.selectFrom('configs').selectAll().where('id', '=', configId).forNoKeyUpdate().executeTakeFirst();
    return row && { ...row, settings: row.settings };
}
