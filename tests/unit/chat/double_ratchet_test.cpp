// Properties of the Double Ratchet beyond the transcripts: loss, reordering and duplication in random schedules,
// limits, untouched state.
#include "services/chat/crypto/double_ratchet.h"

#include <gtest/gtest.h>

#include "tests/unit/chat/fixture.h"

namespace status::chat {
namespace {

struct Pair {
  explicit Pair(Random& random, const RatchetLimits& limits = {})
      : alice(make_alice(random, limits)), bob(make_bob(random, limits)) {}

  X3dhAgreement agreement;
  KeyPair prekey;
  DoubleRatchet alice, bob;

 private:
  DoubleRatchet make_alice(Random& random, const RatchetLimits& limits) {
    random.fill(agreement.shared_key.span());
    random.fill(agreement.associated_data);
    prekey = KeyPair::generate(random);
    return DoubleRatchet::initiator(agreement, prekey.public_key, random, limits).value();
  }
  DoubleRatchet make_bob(Random& random, const RatchetLimits& limits) {
    return DoubleRatchet::responder(agreement, prekey, random, limits);
  }
};

Bytes text(std::size_t number) { return to_bytes(as_bytes("message " + std::to_string(number))); }

TEST(DoubleRatchet, AnyScheduleOfLossReorderingAndDuplicationDeliversEachMessageOnce) {
  const std::uint64_t seed = test::test_seed();
  for (std::uint64_t round = 0; round < 20; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + " round " + std::to_string(round));
    std::mt19937_64 schedule(seed + round);
    SeededRandom random(seed + round);
    Pair pair(random);
    struct InFlight {
      bool to_bob;
      std::size_t number;
      Bytes message;
    };
    std::vector<InFlight> network;
    std::vector<bool> received(401, false);
    const auto deliver = [&](std::size_t at) {
      const InFlight item = network[at];
      if (schedule() % 4 != 0)
        network.erase(network.begin() + static_cast<std::ptrdiff_t>(at));  // else: will come again
      const Result<Bytes> plaintext = (item.to_bob ? pair.bob : pair.alice).decrypt(item.message);
      if (received[item.number]) {
        EXPECT_FALSE(plaintext);
        return;
      }
      ASSERT_TRUE(plaintext) << plaintext.error().describe();
      EXPECT_EQ(*plaintext, text(item.number));
      received[item.number] = true;
    };
    std::size_t lost = 0;
    for (std::size_t number = 0; number <= 400; ++number) {
      const bool to_bob = number == 0 || schedule() % 2 == 0;
      const Result<Bytes> message = (to_bob ? pair.alice : pair.bob).encrypt(text(number));
      ASSERT_TRUE(message);
      if (number != 0 && schedule() % 10 == 0) {
        ++lost;
        received[number] = true;
        continue;
      }
      network.push_back({to_bob, number, *message});
      while (number == 0 ? !received[0] : schedule() % 3 != 0) {
        if (network.empty()) break;
        deliver(schedule() % network.size());
      }
    }
    while (!network.empty()) deliver(schedule() % network.size());
    EXPECT_EQ(std::count(received.begin(), received.end(), false), 0);
    EXPECT_GT(lost, 0u);
  }
}

TEST(DoubleRatchet, FailedDecryptionLeavesTheStateAsItWas) {
  SeededRandom random(1);
  Pair pair(random);
  ASSERT_TRUE(pair.bob.decrypt(pair.alice.encrypt(text(0)).value()));
  const Bytes good = pair.alice.encrypt(text(1)).value();
  const SecretBytes before = pair.bob.serialise();
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(pair.bob.decrypt(ByteView(good).first(size)));
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= 0x40;
    EXPECT_FALSE(pair.bob.decrypt(bad)) << at;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(pair.bob.decrypt(longer));
  EXPECT_EQ(pair.bob.serialise(), before);
  EXPECT_EQ(pair.bob.decrypt(good).value(), text(1));
}

TEST(DoubleRatchet, RefusesReplaysWithAReasonOfTheirOwn) {
  SeededRandom random(2);
  Pair pair(random);
  const Bytes message = pair.alice.encrypt(text(0)).value();
  ASSERT_TRUE(pair.bob.decrypt(message));
  EXPECT_EQ(pair.bob.decrypt(message).error().reason, "chat.replayed");
  // After a turn of the ratchet the chain is gone: its messages cannot be told from strange ones.
  ASSERT_TRUE(pair.alice.decrypt(pair.bob.encrypt(text(1)).value()));
  ASSERT_TRUE(pair.bob.decrypt(pair.alice.encrypt(text(2)).value()));
  EXPECT_EQ(pair.bob.decrypt(message).error().reason, "chat.undecryptable");
}

TEST(DoubleRatchet, ResponderCannotSendFirst) {
  SeededRandom random(3);
  Pair pair(random);
  const Result<Bytes> message = pair.bob.encrypt(text(0));
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().reason, "chat.session_not_ready");
}

TEST(DoubleRatchet, SkipLimitPerStepHoldsForBothChainsOfATurn) {
  SeededRandom random(4);
  const RatchetLimits limits{.skip_per_step = 5};
  Pair pair(random, limits);
  ASSERT_TRUE(pair.bob.decrypt(pair.alice.encrypt(text(0)).value()));
  for (int i = 0; i < 6; ++i) (void)pair.alice.encrypt(text(1));
  const Bytes seventh = pair.alice.encrypt(text(7)).value();
  EXPECT_EQ(pair.bob.decrypt(seventh).error().reason, "chat.too_far_ahead");
  // A turn reveals that six of the old chain are missing: refused as well.
  ASSERT_TRUE(pair.alice.decrypt(pair.bob.encrypt(text(8)).value()));
  EXPECT_EQ(pair.bob.decrypt(pair.alice.encrypt(text(9)).value()).error().reason, "chat.too_far_ahead");
  EXPECT_EQ(pair.bob.skipped_keys(), 0u);
}

TEST(DoubleRatchet, TheOldestSkippedKeyGoesWhenThereAreTooMany) {
  SeededRandom random(5);
  const RatchetLimits limits{.skip_per_step = 10, .skipped_keys = 4};
  Pair pair(random, limits);
  std::vector<Bytes> messages;
  for (std::size_t i = 0; i < 7; ++i) messages.push_back(pair.alice.encrypt(text(i)).value());
  ASSERT_TRUE(pair.bob.decrypt(messages[6]));
  EXPECT_EQ(pair.bob.skipped_keys(), 4u);
  EXPECT_FALSE(pair.bob.decrypt(messages[0]));
  EXPECT_FALSE(pair.bob.decrypt(messages[1]));
  for (std::size_t i = 2; i < 6; ++i) EXPECT_EQ(pair.bob.decrypt(messages[i]).value(), text(i));
}

TEST(DoubleRatchet, SkippedKeysExpireAfterANumberOfLaterMessages) {
  SeededRandom random(6);
  const RatchetLimits limits{.skipped_lifetime = 3};
  Pair pair(random, limits);
  const Bytes late = pair.alice.encrypt(text(0)).value();
  for (std::size_t i = 1; i <= 4; ++i) ASSERT_TRUE(pair.bob.decrypt(pair.alice.encrypt(text(i)).value()));
  EXPECT_EQ(pair.bob.skipped_keys(), 0u);
  EXPECT_FALSE(pair.bob.decrypt(late));
}

TEST(DoubleRatchet, ARestoredStateGoesOnWithItsSkippedKeys) {
  SeededRandom random(7);
  Pair pair(random);
  std::vector<Bytes> messages;
  for (std::size_t i = 0; i < 50; ++i) messages.push_back(pair.alice.encrypt(text(i)).value());
  ASSERT_TRUE(pair.bob.decrypt(messages[49]));
  for (std::size_t i = 0; i < 49; ++i) {
    DoubleRatchet restored = DoubleRatchet::restore(pair.bob.serialise(), random).value();
    ASSERT_EQ(restored.decrypt(messages[i]).value(), text(i));
    EXPECT_EQ(restored.skipped_keys(), 48u);
  }
}

TEST(DoubleRatchet, RefusesAStoredStateThatIsCutOrLonger) {
  SeededRandom random(8);
  Pair pair(random);
  for (std::size_t i = 0; i < 3; ++i) (void)pair.alice.encrypt(text(i));
  ASSERT_TRUE(pair.bob.decrypt(pair.alice.encrypt(text(3)).value()));
  SecretBytes state = pair.bob.serialise();
  for (std::size_t size = 0; size < state.size(); ++size) {
    const auto restored = DoubleRatchet::restore(ByteView(state).first(size), random);
    ASSERT_FALSE(restored) << size;
    EXPECT_EQ(restored.error().reason, "chat.bad_state");
  }
  state.push_back(0);
  EXPECT_FALSE(DoubleRatchet::restore(state, random));
}

}  // namespace
}  // namespace status::chat
