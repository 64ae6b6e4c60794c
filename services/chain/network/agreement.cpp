#include "services/chain/network/agreement.h"

#include <algorithm>
#include <map>

namespace status::chain {

std::optional<Verdict> decide(const std::vector<Vote>& votes, std::size_t needed) {
  std::map<Hash, std::size_t> counts;
  const Vote* proxy = nullptr;
  for (const Vote& vote : votes) {
    ++counts[vote.hash];
    if (vote.is_proxy && proxy == nullptr) proxy = &vote;
  }
  Verdict verdict;
  if (proxy != nullptr) {
    verdict.hash = proxy->hash;
    verdict.verified = Verified::full;
  } else {
    const auto best = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (best == counts.end() || best->second < needed) return {};
    verdict.hash = best->first;
    verdict.verified = needed >= 2 ? Verified::full : Verified::partial;
  }
  for (const Vote& vote : votes) {
    if (vote.hash != verdict.hash) verdict.dissenters.push_back(vote.endpoint);
  }
  return verdict;
}

std::optional<std::uint64_t> common_height(const std::vector<Vote>& heads, std::size_t needed) {
  std::vector<std::uint64_t> numbers;
  std::optional<std::uint64_t> of_proxy;
  for (const Vote& head : heads) {
    numbers.push_back(head.number);
    if (head.is_proxy) of_proxy = std::max(of_proxy.value_or(0), head.number);
  }
  if (of_proxy) return of_proxy;
  if (needed == 0 || numbers.size() < needed) return {};
  std::sort(numbers.begin(), numbers.end(), std::greater<>());
  return numbers[needed - 1];
}

}  // namespace status::chain
