// SPDX-License-Identifier: Apache-2.0
// OpenSSL's libcrypto: digests.
#pragma once
#include <openssl/evp.h>
