/* A stand-in for a cryptographic module with the interface of GM/T 0018-2012, for tests of the caller alone:
   right signatures, handles, lengths and errors. Its cipher is a toy keyed permutation, not SM4. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define OK 0
#define UNKNOWN 0x01000001
#define NO_KEY 0x01000008
#define BAD_INPUT 0x0100001D
#define ECB 0x401
#define CBC 0x402
#define MAC 0x410

typedef struct { unsigned char bytes[16]; } Key;
static const Key KEK[2] = {{"first master key"}, {"second masterkey"}};
static int device, session;

static void mix(const Key *key, unsigned char *block, int back) {
    for (int step = 0; step < 4; step++) {
        int round = back ? 3 - step : step;
        if (!back) {
            for (int i = 0; i < 16; i++) block[i] ^= key->bytes[(i + round) % 16];
            for (int i = 0; i < 16; i++) block[(i + 1) % 16] += block[i] * 167 + round;
        } else {
            for (int i = 15; i >= 0; i--) block[(i + 1) % 16] -= block[i] * 167 + round;
            for (int i = 0; i < 16; i++) block[i] ^= key->bytes[(i + round) % 16];
        }
    }
}

int SDF_OpenDevice(void **handle) { *handle = &device; return OK; }
int SDF_OpenSession(void *from, void **handle) { *handle = &session; return from == &device ? OK : UNKNOWN; }
int SDF_CloseSession(void *handle) { return handle == &session ? OK : UNKNOWN; }

int SDF_GenerateRandom(void *at, unsigned int length, unsigned char *out) {
    static uint32_t state = 0x9E3779B9;
    if (at != &session) return UNKNOWN;
    for (unsigned int i = 0; i < length; i++) { state = state * 1664525 + 1013904223; out[i] = state >> 24; }
    return OK;
}

int SDF_GenerateKeyWithKEK(void *at, unsigned int bits, unsigned int algorithm, unsigned int index,
                           unsigned char *wrapped, unsigned int *length, void **handle) {
    if (at != &session || bits != 128 || algorithm != ECB) return BAD_INPUT;
    if (index < 1 || index > 2) return NO_KEY;
    Key *key = malloc(sizeof *key);
    SDF_GenerateRandom(at, 16, key->bytes);
    memcpy(wrapped, key->bytes, 16);
    mix(&KEK[index - 1], wrapped, 0);
    *length = 16;
    *handle = key;
    return OK;
}

int SDF_ImportKeyWithKEK(void *at, unsigned int algorithm, unsigned int index, unsigned char *wrapped,
                         unsigned int length, void **handle) {
    if (at != &session || algorithm != ECB || length != 16) return BAD_INPUT;
    if (index < 1 || index > 2) return NO_KEY;
    Key *key = malloc(sizeof *key);
    memcpy(key->bytes, wrapped, 16);
    mix(&KEK[index - 1], key->bytes, 1);
    *handle = key;
    return OK;
}

int SDF_DestroyKey(void *at, void *handle) { free(handle); return at == &session ? OK : UNKNOWN; }

int SDF_Encrypt(void *at, void *key, unsigned int algorithm, unsigned char *iv, unsigned char *data,
                unsigned int length, unsigned char *out, unsigned int *made) {
    if (at != &session || algorithm != CBC || length % 16) return BAD_INPUT;
    for (unsigned int i = 0; i < length; i += 16) {
        for (int j = 0; j < 16; j++) iv[j] ^= data[i + j];
        mix(key, iv, 0);
        memcpy(out + i, iv, 16);
    }
    *made = length;
    return OK;
}

int SDF_Decrypt(void *at, void *key, unsigned int algorithm, unsigned char *iv, unsigned char *data,
                unsigned int length, unsigned char *out, unsigned int *made) {
    if (at != &session || algorithm != CBC || length % 16) return BAD_INPUT;
    for (unsigned int i = 0; i < length; i += 16) {
        memcpy(out + i, data + i, 16);
        mix(key, out + i, 1);
        for (int j = 0; j < 16; j++) out[i + j] ^= iv[j];
        memcpy(iv, data + i, 16);
    }
    *made = length;
    return OK;
}

int SDF_CalculateMAC(void *at, void *key, unsigned int algorithm, unsigned char *iv, unsigned char *data,
                     unsigned int length, unsigned char *mac, unsigned int *made) {
    if (at != &session || algorithm != MAC || length % 16) return BAD_INPUT;
    for (unsigned int i = 0; i < length; i += 16) {
        for (int j = 0; j < 16; j++) iv[j] ^= data[i + j];
        mix(key, iv, 0);
    }
    memcpy(mac, iv, 16);
    *made = 16;
    return OK;
}
