/** Whom the host of tests and measurements lets in: everybody, as this user. */
export const HOST_WORKSPACE = "00000000-0000-4000-8000-000000000001";
export const HOST_USER = { id: "00000000-0000-4000-8000-000000000002", name: "Host" };
